// Connects to each case of a JSON file, [[host, port, trust file], …], and prints one JSON line a case, in order.
"use strict";
const fs = require("fs");
const net = require("net");
const tls = require("tls");

function attempt([host, port, trust]) {
  return new Promise((done) => {
    const options = { host: "127.0.0.1", port, ca: fs.readFileSync(trust), timeout: 30000 };
    if (!net.isIP(host)) options.servername = host;
    options.checkServerIdentity = (_, certificate) => tls.checkServerIdentity(host, certificate);
    let socket;
    try {
      socket = tls.connect(options);
    } catch (error) {
      done({ kind: "error", code: error.code, reason: error.message });
      return;
    }
    socket.on("secureConnect", () => { done({ kind: "ok" }); socket.destroy(); });
    socket.on("error", (error) => { done({ kind: "error", code: error.code, reason: error.message }); });
    socket.on("timeout", () => { done({ kind: "error", code: "TIMEOUT", reason: "timed out" }); socket.destroy(); });
  });
}

async function main() {
  for (const one of JSON.parse(fs.readFileSync(process.argv[2], "utf8"))) {
    console.log(JSON.stringify(await attempt(one)));
  }
}

main();
