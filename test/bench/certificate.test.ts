import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { expect, test } from "vitest";
import { selfSignedCertificate } from "../../bench/outside/certificate.ts";

test("the certificate of the services outside is one, and its key fits", () => {
  const now = new Date(Date.UTC(2026, 2, 1, 12));
  const { key, cert } = selfSignedCertificate(now);
  const certificate = new X509Certificate(cert);
  expect(certificate.subject).toBe("CN=localhost");
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.validFromDate).toEqual(new Date(Date.UTC(2026, 1, 28, 12)));
  expect(certificate.validToDate).toEqual(new Date(Date.UTC(2026, 2, 2, 12)));
  expect(() => createSecureContext({ key, cert })).not.toThrow();
});
