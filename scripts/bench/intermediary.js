// Stands between a session and its manager and passes bytes on, but lets no Upgrade through that it
// does not know, as many proxies do: `intermediary.js PORT` prints its own port.
import { connect, createServer } from 'node:net';

const [port] = process.argv.slice(2).map(Number);

const page =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

const server = createServer({ noDelay: true }, (client) => {
  client.on('error', () => {});
  client.once('data', (first) => {
    if (/\r\nupgrade: byway-tunnel/i.test(first.toString('latin1'))) {
      client.end(page);
      return;
    }
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    upstream.on('error', () => client.destroy());
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroy());
    upstream.write(first);
    client.pipe(upstream);
    upstream.pipe(client);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
