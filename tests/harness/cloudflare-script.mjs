// A Worker at the double of Cloudflare's API: its versions, each with modules and bindings, and which of them is deployed.

import { randomUUID } from "node:crypto";

/** A failed call in Cloudflare's envelope. */
export function problem(code, message, status = 400) {
  const errors = [].concat(message).map((message) => ({ code, message }));
  return { status, body: { success: false, errors, messages: [], result: null } };
}

function refuse(code, message, status) {
  throw Object.assign(new Error(String(message)), { envelope: problem(code, message, status) });
}

const isSecret = ({ type }) => type === "secret_text";

export class Script {
  versions = [];
  deployments = [];
  settings = { tags: [], logpush: false, observability: { enabled: false } };
  subdomain = { enabled: true, previews_enabled: true };
  schedules = [];
  classes = new Set();
  migrationTag = undefined;

  constructor(name, account) {
    Object.assign(this, { name, account, tag: randomUUID().replaceAll("-", "") });
  }

  get latest() {
    return this.versions.at(-1);
  }

  /** The version that gets all requests, or the larger part of them. */
  get live() {
    const [{ version_id: id }] = [...this.deployments.at(-1).versions].sort((a, b) => b.percentage - a.percentage);
    return this.version(id);
  }

  version(id) {
    return this.versions.find((version) => version.id === id) ?? refuse(10222, "Version not found", 404);
  }

  /** The secrets of the version that is live, by name. */
  get secrets() {
    return Object.fromEntries(this.live.bindings.filter(isSecret).map(({ name, text }) => [name, text]));
  }

  service() {
    const { tag, settings, migrationTag } = this;
    const script = { id: this.name, tag, tags: settings.tags, migration_tag: migrationTag, last_deployed_from: "wrangler" };
    return { id: this.name, default_environment: { environment: "production", script } };
  }

  /** `PUT` of the whole Worker: a version that is deployed at once; the only way for migrations. */
  async replace(call) {
    const { metadata, modules } = await form(call);
    this.#migrate(metadata.migrations);
    const version = this.#add(metadata, modules);
    this.#deploy([{ version_id: version.id, percentage: 100 }]);
    for (const name of ["observability", "logpush", "tags"]) if (metadata[name] !== undefined) this.settings[name] = metadata[name];
    return { id: this.name, tag: this.tag, etag: version.id, deployment_id: version.id.replaceAll("-", ""), startup_time_ms: 7 };
  }

  async answer(place, call) {
    const [method, first, second] = place.split(/[ /]/);
    const simple = {
      "GET secrets": () => this.latest.bindings.filter(isSecret).map(({ name, type }) => ({ name, type })),
      "PUT secrets": () => this.#change({ [call.json().name]: call.json() }, 10215),
      "PATCH secrets-bulk": () => this.#change(call.json().secrets, 10214),
      "GET settings": () => ({ ...this.settings, bindings: this.latest.bindings.map(told) }),
      "GET script-settings": () => this.settings,
      "PATCH script-settings": () => Object.assign(this.settings, call.json()),
      "PUT schedules": () => ({ schedules: (this.schedules = call.json()) }),
      "GET schedules": () => ({ schedules: this.schedules }),
      "POST subdomain": () => Object.assign(this.subdomain, call.json()),
      "GET deployments": () => ({ deployments: [...this.deployments].reverse() }),
      "POST deployments": () => this.#choose(call.json(), call.query.get("force") === "true"),
      "GET versions": () => ({ items: [...this.versions].reverse().map((version) => this.#view(version)) }),
      "POST versions": () => this.#upload(call),
    };
    if (second === undefined) return simple[`${method} ${first}`]?.();
    if (method === "GET" && first === "versions") return this.#view(this.version(second));
    return undefined;
  }

  async #upload(call) {
    const { metadata, modules } = await form(call);
    if (metadata.migrations) refuse(10211, "Migrations cannot be part of a version upload");
    const version = this.#add(metadata, modules);
    return { ...this.#view(version), startup_time_ms: 7 };
  }

  #view({ id, number, at, message, bindings }) {
    return {
      id, number,
      metadata: { created_on: at, modified_on: at, author_email: "team@example.gov.uk", source: "wrangler", hasPreview: false },
      annotations: { "workers/message": message },
      resources: { script: { etag: id, handlers: ["fetch"], last_deployed_from: "wrangler" }, script_runtime: {}, bindings: bindings.map(told) },
    };
  }

  #add(metadata, modules) {
    const before = this.latest;
    const entry = metadata.main_module ?? metadata.body_part;
    if (!modules.some(({ name }) => name === entry)) refuse(10021, `No such module "${entry}".`);
    const named = metadata.bindings.map((binding) => this.#bound(binding, before));
    const unknown = named.filter((binding) => typeof binding === "string");
    if (unknown.length > 0) refuse(10057, unknown.map((name) => `inherit binding '${name}' is invalid: the previous version has no binding of this name`));
    const names = new Set(named.map(({ name }) => name));
    const kept = (before?.bindings ?? []).filter(({ name, type }) => metadata.keep_bindings?.includes(type) && !names.has(name));
    const assets = metadata.assets && this.account.sessions.get(metadata.assets.jwt);
    if (metadata.assets && !(assets?.wanted.size === 0)) refuse(10021, "the assets were not uploaded");
    return this.#keep({ metadata, entry, modules, bindings: [...named, ...kept], assets: assets?.manifest, message: metadata.annotations?.["workers/message"] });
  }

  #bound(binding, before) {
    if (binding.type === "inherit") return before?.bindings.find(({ name }) => name === binding.name) ?? binding.name;
    if (binding.type === "kv_namespace" && !this.account.namespaces.some(({ id }) => id === binding.namespace_id)) {
      refuse(10042, `KV namespace '${binding.namespace_id}' is not valid. Please verify the namespace_id in your configuration.`);
    }
    if (binding.type === "durable_object_namespace" && !this.classes.has(binding.class_name)) {
      refuse(10061, `Cannot create binding for class '${binding.class_name}' because it is not currently configured to implement Durable Objects.`);
    }
    return binding;
  }

  #migrate(migrations) {
    if (!migrations) return;
    if (migrations.old_tag !== this.migrationTag) refuse(10079, `the migration starts at ${migrations.old_tag}, and ${this.migrationTag} is live`);
    for (const name of migrations.steps.flatMap((step) => step.new_sqlite_classes ?? [])) {
      if (this.classes.has(name)) refuse(10074, `Cannot apply new-class migration to class '${name}' that is already depended on by existing Durable Objects`);
      this.classes.add(name);
    }
    this.migrationTag = migrations.new_tag;
  }

  #keep(version) {
    const kept = { ...version, id: randomUUID(), number: this.versions.length + 1, at: new Date().toISOString() };
    this.versions.push(kept);
    return kept;
  }

  #deploy(versions, message) {
    const at = new Date(Date.now() + this.deployments.length).toISOString();
    const deployment = { id: randomUUID(), source: "wrangler", strategy: "percentage", author_email: "team@example.gov.uk", created_on: at, versions, annotations: { "workers/message": message } };
    this.deployments.push(deployment);
    return deployment;
  }

  /** Sends the requests to other versions. A version with other secrets than today's needs a confirmation. */
  #choose({ versions, annotations }, force) {
    const today = JSON.stringify(this.live.bindings.filter(isSecret));
    const others = versions.map(({ version_id: id }) => this.version(id)).filter((version) => version.number < this.live.number);
    const changed = others.some((version) => JSON.stringify(version.bindings.filter(isSecret)) !== today);
    if (changed && !force) {
      const names = this.live.bindings.filter(isSecret).map(({ name }) => name);
      refuse(10220, `The following secrets have changed: ${names.join(", ")}`);
    }
    return this.#deploy(versions, annotations?.["workers/message"]);
  }

  /** Changed secrets are a version like the latest, which must be the one that is deployed. */
  #change(changes, code) {
    const [only, ...others] = this.deployments.at(-1).versions;
    if (others.length > 0 || only.version_id !== this.latest.id) {
      refuse(code, "The latest version of your Worker isn't currently deployed, so its settings cannot be edited.");
    }
    const bindings = this.latest.bindings.filter(({ name }) => !(name in changes));
    for (const [name, secret] of Object.entries(changes)) if (secret) bindings.push({ name, type: "secret_text", text: secret.text });
    const version = this.#keep({ ...this.latest, bindings });
    this.#deploy([{ version_id: version.id, percentage: 100 }]);
    return Object.keys(changes).map((name) => ({ name, type: "secret_text" }));
  }
}

/** A binding as Cloudflare shows it: everything but a secret's text. */
const told = (binding) => (isSecret(binding) ? { name: binding.name, type: binding.type } : binding);

async function form({ body, type }) {
  const parts = await new Response(body, { headers: { "content-type": type } }).formData();
  const metadata = JSON.parse(await text(parts.get("metadata")));
  const modules = [];
  for (const [name, part] of parts) {
    if (name === "metadata") continue;
    modules.push({ name: part.name ?? name, type: part.type, bytes: Buffer.from(await new Response(part).arrayBuffer()) });
  }
  return { metadata: { bindings: [], ...metadata }, modules };
}

const text = (part) => (typeof part === "string" ? part : part.text());
