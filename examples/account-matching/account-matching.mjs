// Which account of the service a person has: the part to copy, with a store in memory.
//
// `claims` is a verified assertion of a route that releases `email`. docs/account-matching.md explains each outcome. With a
// database, each method is one transaction that no other write interrupts, and `subjects` has a unique key.

/** The accounts changed meanwhile: ask `match` again. */
export class NotPossible extends Error {}

export class Accounts {
  /** Each account by its id. @type {Map<number, { email: string, closed: boolean, mergedInto?: number }>} */
  #accounts = new Map();
  /** The account of each subject. A person may have had several subjects, and no subject has two accounts. */
  #subjects = new Map();

  /** An account that the service had before it used One Login; its id. */
  import({ email }) {
    const id = this.#accounts.size + 1;
    this.#accounts.set(id, { email: email.toLowerCase(), closed: false });
    return id;
  }

  /** Finds the person's account. Only a known person's e-mail address changes by it. */
  match(claims) {
    const email = address(claims);
    const account = this.#subjects.get(claims.sub);
    if (account === undefined) return this.#byEmail(email);
    const found = this.#accounts.get(account);
    if (found.closed) return { outcome: "closed", account };
    if (email === undefined || email === found.email) return { outcome: "known", account };
    const oldEmail = found.email;
    found.email = email;
    return { outcome: "email_changed", account, oldEmail };
  }

  /** Opens an account for a new person. A second request that comes at once gets the same account. */
  open(claims) {
    const email = address(claims);
    const known = this.#subjects.get(claims.sub);
    if (known !== undefined && !this.#accounts.get(known).closed) return known;
    if (known !== undefined || email === undefined) throw new NotPossible();
    const id = this.import({ email });
    this.#subjects.set(claims.sub, id);
    return id;
  }

  /** Gives an open account to the person. The service has checked by more than the address that it is theirs. */
  link(account, claims) {
    const found = this.#open(account);
    const known = this.#subjects.get(claims.sub);
    if (known !== undefined && known !== account) throw new NotPossible();
    this.#subjects.set(claims.sub, account);
    found.email = address(claims) ?? found.email;
  }

  /** Makes one account of two that are one person's; the caller moves everything else that the other has. */
  merge(kept, other) {
    if (kept === other) throw new NotPossible();
    this.#open(kept);
    const gone = this.#open(other);
    for (const [sub, account] of this.#subjects) {
      if (account === other) this.#subjects.set(sub, kept);
    }
    gone.closed = true;
    gone.mergedInto = kept;
  }

  /** Closes an account. Its subjects stay, so that a closed account is told from a new person. */
  close(account) {
    const found = this.#accounts.get(account);
    if (found) found.closed = true;
  }

  #byEmail(email) {
    const found = [...this.#accounts].filter(([, account]) => account.email === email && !account.closed);
    const candidates = found.map(([id]) => id);
    if (!candidates.length) return { outcome: "new" };
    const held = new Set(this.#subjects.values());
    if (candidates.some((id) => held.has(id))) return { outcome: "another_sub", candidates };
    return { outcome: candidates.length === 1 ? "known_by_email" : "several", candidates };
  }

  #open(account) {
    const found = this.#accounts.get(account);
    if (!found || found.closed) throw new NotPossible();
    return found;
  }
}

/** The e-mail address in the one spelling in which it is compared, if One Login says that it is the person's. */
function address({ email, email_verified: verified }) {
  return verified === true && typeof email === "string" && email ? email.toLowerCase() : undefined;
}
