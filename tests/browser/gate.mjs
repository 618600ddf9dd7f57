// What lies between a phone and the server: open, shut, or worse. It stands before a real server,
// so that a test can take the network away, cut an answer off after the commit, or put a Wi-Fi
// login in between.
import http from 'node:http';

import { atEnd } from './teardown.mjs';

/** @typedef {'open'|'shut'|'cut'|'login'} Mode */

const isReport = ({ method, url }) => method === 'POST' && url === '/api/v1/reports';

/** Counts what came for `/api/v1/reports` and answers as its mode says. */
class Gate {
  constructor(server) {
    this.server = server;
    /** @type {Mode} */
    this.mode = 'open';
    this.posts = 0;
    this.cuts = 0;
    this.asked = [];
    /** @type {string[]} bodies of what was sent to it */
    this.sent = [];
  }

  /** @param {http.IncomingMessage} request @param {http.ServerResponse} response */
  pass(request, response) {
    this.asked.push(`${request.method} ${request.url}`);
    if (this.mode === 'shut') return request.socket.destroy();
    if (this.mode === 'login') return response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Wi-Fi</h1>');
    if (isReport(request)) this.posts += 1;
    const { hostname, port } = new URL(this.server.url);
    const { method, url: path, headers } = request;
    const onward = http.request({ hostname, port, method, path, headers }, (answer) => {
      if (this.mode === 'cut' && isReport(request)) {
        this.cuts += 1;
        answer.resume();
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => request.socket.destroy());
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => parts.length > 0 && this.sent.push(Buffer.concat(parts).toString()));
    request.pipe(onward);
    return undefined;
  }

  /** Ends kept connections too: an open one would go on through a shut gate. @param {Mode} mode */
  turn(mode) {
    this.mode = mode;
    this.listener.closeIdleConnections();
  }
}

/** A gate before a server for one test; its `url` takes the server's place. */
export async function gateFor(t, server) {
  const gate = new Gate(server);
  gate.listener = http.createServer((request, response) => gate.pass(request, response));
  await new Promise((resolve) => gate.listener.listen(0, '127.0.0.1', resolve));
  gate.url = `http://127.0.0.1:${gate.listener.address().port}`;
  atEnd(t, () => {
    gate.listener.closeAllConnections();
    gate.listener.close();
  });
  return gate;
}
