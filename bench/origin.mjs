// The origin: answers as fast as Node can, in a process of its own, so that it is neither measured nor waited for.
//
// A path with `/private/` in it gets an answer that says `Cache-Control: private`, every other one says nothing of caching.

import net from "node:net";

const BODY = `<!DOCTYPE html><html lang="en"><title>Your account</title><p>${"Nothing needs doing. ".repeat(90)}</p></html>`;
const answer = (extra) =>
  Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n${extra}Content-Length: ${BODY.length}\r\n\r\n${BODY}`);
const SILENT = answer("");
const PRIVATE = answer("Cache-Control: private\r\n");
const END = "\r\n\r\n";

const server = net.createServer({ noDelay: true }, (socket) => {
  let rest = "";
  socket.on("data", (bytes) => {
    // Requests have no body here, so that one ends where its head does.
    rest += bytes.toString("latin1");
    for (let end = rest.indexOf(END); end >= 0; end = rest.indexOf(END)) {
      socket.write(rest.slice(0, rest.indexOf("\r\n")).includes("/private/") ? PRIVATE : SILENT);
      rest = rest.slice(end + END.length);
    }
  });
  socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
