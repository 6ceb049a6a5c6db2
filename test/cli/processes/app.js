// The user's own program, as the tests start it: `node app.js NAME [EXIT_CODE | never | stubborn | counting] [orphan]`.
import { createServer } from 'node:http';

const [name, how, orphan] = process.argv.slice(2);

// A test that failed must not leave it behind; one about just that ends it itself.
const parent = process.ppid;
if (orphan === undefined) {
  setInterval(() => process.ppid !== parent && process.exit(), 500).unref();
} else {
  process.on('SIGHUP', () => {}); // The end of a terminal does not end it.
}

if (how === 'never') setInterval(() => {}, 1000);
else if (how !== undefined && !['stubborn', 'counting'].includes(how)) process.exit(Number(how));
else {
  createServer((request, response) => {
    if (request.url === '/exit') process.exit(17);
    if (request.url === '/abort') process.kill(process.pid, 'SIGKILL');
    response.end(`${name} ${request.method} ${request.url}`);
  }).listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`${name} listens`));
  if (how === 'counting') {
    process.on('SIGINT', () => {
      console.log('got SIGINT');
      setTimeout(() => process.exit(130), 200);
    });
  }
  process.on('SIGTERM', () => {
    console.log('got SIGTERM');
    if (how !== 'stubborn') process.exit(3);
  });
}
