import { inject } from "vitest";

/**
 * Directory of the assembly with these settings beside those of the one that all tests share (`{ sessionKeys: "true" }`):
 * synthesized when a test first asks for it, once for the whole run.
 */
export async function assemblyWith(settings: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(inject("assemblies"), { method: "POST", body: JSON.stringify(settings) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}
