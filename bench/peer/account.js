// A person's account: before which moment their sessions have ended, and which notifications said so.

const KEPT = 16;

export class Account {
  constructor(state) {
    this.storage = state.storage;
  }

  async fetch(request) {
    const known = (await this.storage.get("account")) ?? { ended_before: 0, notifications: [] };
    if (request.method === "GET") return Response.json({ ended_before: known.ended_before });
    const { id, issued_at } = await request.json();
    if (!known.notifications.includes(id)) {
      const notifications = [...known.notifications, id].slice(-KEPT);
      await this.storage.put("account", { ended_before: Math.max(known.ended_before, issued_at), notifications });
    }
    return new Response(null, { status: 200 });
  }
}
