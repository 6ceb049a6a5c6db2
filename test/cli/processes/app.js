// The user's own program, as the tests start it: `node app.js NAME [EXIT_CODE | never]`.
import { createServer } from 'node:http';

// A test that failed must not leave it behind.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && process.exit(), 500).unref();

const [name, how] = process.argv.slice(2);
if (how === 'never') setInterval(() => {}, 1000);
else if (how !== undefined && how !== 'stubborn') process.exit(Number(how));
else {
  createServer((request, response) => {
    if (request.url === '/exit') process.exit(17);
    if (request.url === '/abort') process.kill(process.pid, 'SIGKILL');
    response.end(`${name} ${request.method} ${request.url}`);
  }).listen(Number(process.env.PORT), '127.0.0.1', () => console.log(`${name} listens`));
  process.on('SIGTERM', () => {
    console.log('got SIGTERM');
    if (how !== 'stubborn') process.exit(3);
  });
}
