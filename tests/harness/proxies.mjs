// Starts proxies that verify the assertion, each with the lines of a documented configuration and in a directory of its own.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { at, lines, start } from "./origin-servers.mjs";

// Envoy is one of Python's packages.
const PYTHON = process.env.EDGE_PYTHON ?? "/usr/bin/python3";
const indented = (text, spaces) => text.replace(/^(?=.)/gm, " ".repeat(spaces));

/** Apache with modules of its own and the lines of a configuration. */
const apache = (own, more = []) => async (directory, port, { blocks: [rules], service }) => {
  const names = ["mpm_event", "authn_core", "authz_core", "headers", "setenvif", "proxy", "proxy_http", ...own];
  const config = lines(
    `ServerRoot "${directory}"`, `DefaultRuntimeDir "${directory}"`, `PidFile "${directory}/apache.pid"`, `Mutex "file:${directory}"`,
    `Listen 127.0.0.1:${port}`, "ServerName service", 'ErrorLog "|/bin/cat"',
    ...names.map((name) => `LoadModule ${name}_module ${at(`usr/lib/apache2/modules/mod_${name}.so`)}`),
    // Apache serves nothing as root.
    ...(process.getuid() === 0 ? ["User nobody", "Group nogroup"] : []),
    ...more, `ProxyPass "/" "http://127.0.0.1:${service}/"`, rules,
  );
  await writeFile(path.join(directory, "apache.conf"), config);
  return [[at("usr/sbin/apache2"), ["-X", "-f", path.join(directory, "apache.conf")]]];
};

const PROXIES = {
  apache: apache(["oauth2"]),
  // No authority has signed the certificate of the test.
  mod_auth_openidc: apache(["authz_user", "auth_openidc"], ["OIDCOAuthSSLValidateServer Off"]),
  haproxy: async (directory, port, { blocks: [rules], service }) => {
    const config = lines(
      "defaults", "  mode http", "  timeout connect 5s", "  timeout client 30s", "  timeout server 30s",
      "frontend service", `  bind 127.0.0.1:${port}`, indented(rules, 2), "  default_backend service",
      "backend service", `  server service 127.0.0.1:${service}`,
    );
    await writeFile(path.join(directory, "haproxy.cfg"), config);
    return [[at("usr/sbin/haproxy"), ["-db", "-f", path.join(directory, "haproxy.cfg")]]];
  },
  envoy: async (directory, port, { blocks: [filters, clusters], service }) => {
    const config = lines(
      "static_resources:", "  listeners:", `    - address: { socket_address: { address: 127.0.0.1, port_value: ${port} } }`,
      "      filter_chains:", "        - filters:", "            - name: envoy.filters.network.http_connection_manager", "              typed_config:",
      '                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      "                stat_prefix: service", "                http_filters:", indented(filters, 18),
      "                  - name: envoy.filters.http.router", "                    typed_config:",
      '                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
      "                route_config:", "                  virtual_hosts:",
      '                    - { name: service, domains: ["*"], routes: [{ match: { prefix: / }, route: { cluster: service } }] }',
      "  clusters:", indented(clusters, 4), "    - name: service",
      `      load_assignment: { cluster_name: service, endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${service} } } } }] }] }`,
    );
    await writeFile(path.join(directory, "envoy.yaml"), config);
    const options = ["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"];
    return [[path.join(path.dirname(PYTHON), "envoy"), ["-c", path.join(directory, "envoy.yaml"), ...options]]];
  },
};

/** Starts a proxy in front of the service at a port, and waits until it answers. */
export const startProxy = (name, blocks, service) => start(name, PROXIES[name], { blocks, service }, name === "mod_auth_openidc" ? 403 : 401);
