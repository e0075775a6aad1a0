// The floor for JavaScript: a new request and the calls that change its headers, and nothing that is decided.

export default {
  fetch(request, env) {
    const url = new URL(request.url);
    const out = new Request(env.ORIGIN + url.pathname + url.search, request);
    const headers = out.headers;
    headers.delete("one-login-assertion");
    headers.delete("x-forwarded-for");
    headers.delete("x-original-url");
    headers.set("cookie", "theme=dark; seen=1");
    headers.set("x-forwarded-host", env.HOST);
    headers.set("x-forwarded-proto", "http");
    headers.set("one-login-assertion", env.ASSERTION);
    return fetch(out, { redirect: "manual" });
  },
};
