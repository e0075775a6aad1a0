// Starts the servers that services really run on, each in a directory of its own and on a port of the loopback. Its
// application answers with the request as it arrived. `cargo edge setup` lays the programs out below EDGE_SERVERS.

import fs from "node:fs/promises";
import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "./children.mjs";
import { freePort } from "./edge.mjs";
import { ROOT } from "./places.mjs";
import { request } from "./wire.mjs";

const OWN = path.join(ROOT, "tests/origins/servers");
const HOME = process.env.EDGE_SERVERS ?? "/";
const PYTHON = process.env.EDGE_PYTHON ?? "python3";
const LIBRARIES = ["usr/lib", "lib"].flatMap((name) => ["x86_64-linux-gnu", "aarch64-linux-gnu"].map((triplet) => path.join(HOME, name, triplet)));

/** Something of a package: where the set-up laid it out, or where the system had it already. */
export function at(...names) {
  const places = names.flatMap((name) => [path.join(HOME, name), path.join("/", name)]);
  const found = places.find(existsSync);
  if (!found) throw new Error(`none of ${places.join(", ")} is there; run these tests with \`cargo edge test\``);
  return found;
}

/** The first name in a directory that matches. */
async function named(directory, pattern) {
  for (const home of [path.join(HOME, directory), path.join("/", directory)]) {
    const name = (await fs.readdir(home).catch(() => [])).find((one) => pattern.test(one));
    if (name) return path.join(home, name);
  }
  throw new Error(`${directory} holds no ${pattern}; run these tests with \`cargo edge test\``);
}

/** The directories in which Debian's packages keep their gems; Ruby finds those of the system by itself. */
async function gems() {
  const below = LIBRARIES.map((library) => path.join(library, "rubygems-integration"));
  const versions = await Promise.all(below.map(async (home) => (await fs.readdir(home).catch(() => [])).map((version) => path.join(home, version))));
  return [path.join(HOME, "usr/share/rubygems-integration/all"), ...versions.flat()].join(path.delimiter);
}

export const lines = (...all) => `${all.join("\n")}\n`;

/** nginx as a reverse proxy in front of PHP-FPM. Its parameters are those of Debian's fastcgi_params. */
async function nginxConfig(directory, port, socket, raised) {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `  ${name}_temp_path ${directory}/${name};`);
  return lines(
    process.getuid() === 0 ? "user root;" : "", "daemon off; worker_processes 1; error_log stderr;", `pid ${directory}/nginx.pid;`, "events {}", "http {",
    ...temporary, "  access_log off;",
    // Debian's default name of the header is X-Real-IP: https://nginx.org/en/docs/http/ngx_http_realip_module.html
    "  set_real_ip_from 127.0.0.1;",
    raised ? "  large_client_header_buffers 4 32k;" : "",
    "  server {", `    listen 127.0.0.1:${port};`, "    location / {", `      include ${at("etc/nginx/fastcgi_params")};`,
    `      fastcgi_param SCRIPT_FILENAME ${OWN}/page.php;`, `      fastcgi_pass unix:${socket};`, "    }", "  }", "}",
  );
}

/** An option of a server that lets it take longer headers, where that is asked for. */
const option = (raised, ...args) => (raised ? args : []);

/** The programs of each server, in the order in which they start. `raised` lets it take heads of 32 KiB. */
const SERVERS = {
  gunicorn: (directory, port, raised) => [
    // The application is imported without leaving anything compiled in the tree.
    [PYTHON, ["-B", "-m", "gunicorn", "--bind", `127.0.0.1:${port}`, "--no-control-socket", "--chdir", OWN,
      ...option(raised, "--limit-request-field_size", "32768"), "page"]],
  ],
  uwsgi: async (directory, port, raised) => [
    [at("usr/bin/uwsgi-core"), ["--plugin", await named("usr/lib/uwsgi/plugins", /^python3\d*_plugin\.so$/), "--http-socket", `127.0.0.1:${port}`,
      "--chdir", OWN, "--module", "page", "--die-on-term", "--disable-logging", ...option(raised, "--buffer-size", "32768")]],
  ],
  puma: (directory, port) => [
    ["ruby", [at("usr/bin/puma"), "--bind", `tcp://127.0.0.1:${port}`, "--threads", "1:1", "--dir", directory, path.join(OWN, "config.ru")]],
  ],
  php: async (directory, port, raised) => {
    const socket = path.join(directory, "fpm.socket");
    const pool = lines("[global]", "daemonize = no", `error_log = ${directory}/fpm.log`, "[www]", `listen = ${socket}`, "pm = static", "pm.max_children = 1");
    await fs.writeFile(path.join(directory, "fpm.conf"), pool);
    await fs.writeFile(path.join(directory, "nginx.conf"), await nginxConfig(directory, port, socket, raised));
    const root = process.getuid() === 0 ? ["--allow-to-run-as-root"] : [];
    return [
      [await named("usr/sbin", /^php-fpm\d/), ["--no-php-ini", "--nodaemonize", "--fpm-config", path.join(directory, "fpm.conf"), ...root]],
      [at("usr/sbin/nginx"), ["-p", directory, "-c", path.join(directory, "nginx.conf")]],
    ];
  },
  tomcat: (directory, port, raised) => [
    ["java", ["-cp", at("usr/share/java/tomcat10-embed-core.jar"), path.join(OWN, "Origin.java"), String(port), directory, ...option(raised, "32768")]],
  ],
};

/** Servers whose limits are measured, with a page that says nothing. */
const PLAIN = {
  node: (_directory, port, raised) => [
    [process.execPath, [...option(raised, "--max-http-header-size=32768"), "-e", `require("node:http").createServer((_, answer) => answer.end()).listen(${port}, "127.0.0.1")`]],
  ],
  lighttpd: async (directory, port, raised) => {
    const limit = option(raised, "server.max-request-field-size = 32768");
    const config = lines(`server.document-root = "${directory}"`, `server.port = ${port}`, 'server.bind = "127.0.0.1"', 'index-file.names = ("page.txt")', ...limit);
    await fs.writeFile(path.join(directory, "page.txt"), "a page");
    await fs.writeFile(path.join(directory, "lighttpd.conf"), config);
    return [[at("usr/sbin/lighttpd"), ["-D", "-m", at("usr/lib/lighttpd"), "-f", path.join(directory, "lighttpd.conf")]]];
  },
  jetty: (_directory, port, raised) => jetty(port, ...option(raised, "32768")),
};

/** Servers that redirect to a path with a slash at its end; `believes` has them lead to the service's host. */
const REDIRECTING = {
  nginx: async (directory, port, believes) => {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `  ${name}_temp_path ${directory}/${name};`);
    const config = lines(
      process.getuid() === 0 ? "user root;" : "", "daemon off; worker_processes 1; error_log stderr;", `pid ${directory}/nginx.pid;`, "events {}", "http {",
      ...temporary, "  access_log off;", "  server {", `    listen 127.0.0.1:${port};`, believes ? "    absolute_redirect off;" : "",
      `    root ${directory}/pages;`, "    autoindex on;", "  }", "}",
    );
    await fs.mkdir(path.join(directory, "pages/account"), { recursive: true });
    await fs.writeFile(path.join(directory, "nginx.conf"), config);
    return [[at("usr/sbin/nginx"), ["-p", directory, "-c", path.join(directory, "nginx.conf")]]];
  },
  jetty: (_directory, port, believes) => jetty(port, "8192", believes ? "believes" : "redirects"),
};

/** Jetty with a program's arguments. */
function jetty(port, ...args) {
  const parts = ["server", "http", "io", "util"].map((part) => at(`usr/share/java/jetty9-${part}.jar`));
  const classes = [...parts, at("usr/share/java/servlet-api.jar", "usr/share/java/servlet-api-3.1.jar", "usr/share/java/javax.servlet-api.jar")];
  return [["java", ["-cp", classes.join(path.delimiter), path.join(OWN, "Jetty.java"), String(port), ...args]]];
}

/** Shared caches in front of a service, with lines of a documented configuration. */
const CACHES = {
  varnish: async (directory, port, { service, rule }) => {
    const file = path.join(directory, "cache.vcl");
    await fs.writeFile(file, lines("vcl 4.0;", `backend default { .host = "127.0.0.1"; .port = "${service}"; }`, "sub vcl_recv {", rule, "}"));
    const library = LIBRARIES.map((home) => path.join(home, "varnish")).find(existsSync) ?? "/usr/lib/varnish";
    const places = ["-p", `vcl_path=${at("usr/share/varnish/vcl")}`, "-p", `vmod_path=${path.join(library, "vmods")}`];
    return [[at("usr/sbin/varnishd"), ["-F", "-j", "none", "-n", path.join(directory, "work"), "-a", `127.0.0.1:${port}`, "-f", file, ...places]]];
  },
  nginx: async (directory, port, { service, rule }) => {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `  ${name}_temp_path ${directory}/${name};`);
    const config = lines(
      process.getuid() === 0 ? "user root;" : "", "daemon off; worker_processes 1; error_log stderr;", `pid ${directory}/nginx.pid;`, "events {}", "http {",
      ...temporary, "  access_log off;", `  proxy_cache_path ${directory}/cache keys_zone=kept:1m;`,
      "  server {", `    listen 127.0.0.1:${port};`, "    location / {", `      proxy_pass http://127.0.0.1:${service};`, "      proxy_cache kept;", rule, "    }", "  }", "}",
    );
    await fs.writeFile(path.join(directory, "nginx.conf"), config);
    return [[at("usr/sbin/nginx"), ["-p", directory, "-c", path.join(directory, "nginx.conf")]]];
  },
};

export const NAMES = Object.keys(SERVERS);
export const MEASURED = [...NAMES, ...Object.keys(PLAIN)];

/** Starts a server and waits until its application answers. */
export const startServer = (name, { raised = false } = {}) => start(name, { ...SERVERS, ...PLAIN }[name], raised);

/** Starts a server that redirects. */
export const startRedirecting = (name, believes) => start(name, REDIRECTING[name], believes);

/** Starts a cache in front of the service at a port. */
export const startCache = (name, service, rule = "") => start(name, CACHES[name], { service, rule });

/** Starts programs, and waits until the last one answers with the status. */
export async function start(name, programs, settings, status = 200) {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), `one-login-edge-${name}-`));
  const port = await freePort();
  const env = { ...process.env, HOME: directory, LD_LIBRARY_PATH: [...LIBRARIES, ...LIBRARIES.map((home) => path.join(home, "varnish"))].join(path.delimiter), GEM_PATH: await gems() };
  const children = [];
  const stop = async () => {
    await Promise.all(children.map((child) => child.stop()));
    await fs.rm(directory, { recursive: true, force: true });
  };
  try {
    for (const [program, args] of await programs(directory, port, settings)) children.push(new Child(name, program, args, { cwd: directory, env }));
    await answers(children, port, status);
  } catch (error) {
    await stop();
    throw error;
  }
  return { name, port, url: `http://127.0.0.1:${port}`, stop, said: () => children.map(({ output }) => output).join("") };
}

async function answers(children, port, status) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && children.every(({ ended }) => ended === null)) {
    const answer = await request(port, { target: "/", host: `127.0.0.1:${port}` }).catch(() => null);
    if (answer?.status === status) return;
    await sleep(50);
  }
  throw new Error(children.map((child) => `${child.name} (${child.ended ?? "running"}):\n${child.tail}`).join("\n"));
}
