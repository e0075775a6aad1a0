// One bare RSA-2048 signature: what starting a sign-in cannot be cheaper than.

const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
let key;

export default {
  async fetch(request, env) {
    key ??= await crypto.subtle.importKey("jwk", JSON.parse(env.CLIENT_KEY), RS256, false, ["sign"]);
    const signature = await crypto.subtle.sign(RS256, key, new TextEncoder().encode(request.url));
    return new Response(null, { status: 204, headers: { "x-length": String(signature.byteLength) } });
  },
};
