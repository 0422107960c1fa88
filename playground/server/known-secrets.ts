/** What stands in a secret's place. */
export const masked = "••••••";

/** A shorter one would turn up in innocent words. */
const shortest = 6;
/** No password, code, ticket or SessionId is longer. */
const longest = 1024;
const mostBeginnings = 500;
const mostAlike = 16;

export interface KnownSecrets {
  add(secret: string): void;
  /** The text with every known secret in it masked. */
  masked(text: string): string;
}

/** The latest secrets. However many there are, a text is gone through once: they are found by how they begin. */
export function knownSecrets(): KnownSecrets {
  /** By their first characters; the latest of all at the end, of those that begin alike at the front. */
  const known = new Map<string, readonly string[]>();

  function longestAt(text: string, at: number): string | undefined {
    const found = known.get(text.slice(at, at + shortest))?.filter((secret) => text.startsWith(secret, at));
    return found?.toSorted((a, b) => b.length - a.length)[0];
  }

  return {
    add(secret) {
      if (secret.length < shortest || secret.length > longest) return;
      const beginning = secret.slice(0, shortest);
      const others = (known.get(beginning) ?? []).filter((it) => it !== secret);
      known.delete(beginning);
      known.set(beginning, [secret, ...others].slice(0, mostAlike));
      if (known.size > mostBeginnings) for (const oldest of known.keys().take(1)) known.delete(oldest);
    },

    masked(text) {
      let shown = "";
      let from = 0;
      for (let at = 0; at + shortest <= text.length; at++) {
        const secret = longestAt(text, at);
        if (secret === undefined) continue;
        shown += text.slice(from, at) + masked;
        from = at + secret.length;
        at = from - 1;
      }
      return shown + text.slice(from);
    },
  };
}
