import { expect, test, vi } from "vitest";
import { createLogin, type Login } from "../../client/weapp-login.ts";
import { fakeWx, forbidden, problem, rejection } from "../support/fake-wx.ts";

const photo = { path: "/photos", filePath: "wxfile://photo", name: "photo" };
const upload = ({ uploadFile }: Login) => uploadFile({ ...photo, replay: true });
const download = ({ downloadFile }: Login) => downloadFile({ path: "/bill" });
const both = [
  ["an upload", "POST /photos", upload],
  ["a download", "GET /bill", download],
] as const;

test("an upload has the form, the session, and a minute", async () => {
  const { options } = fakeWx();
  const uploadFile = vi.spyOn(options.wx, "uploadFile");
  const login = createLogin(options);
  expect(
    await login.uploadFile({ ...photo, formData: { album: "1" }, header: { "x-shop": "7" } }),
  ).toMatchObject({
    statusCode: 200,
    data: '{"route":"POST /photos","session":"session-1"}',
  });
  expect(uploadFile.mock.calls).toMatchObject([
    [
      {
        url: "https://api.example.com/photos",
        filePath: "wxfile://photo",
        name: "photo",
        formData: { album: "1" },
        header: { "x-shop": "7", Authorization: "Bearer session-1" },
        timeout: 60_000,
      },
    ],
  ]);
});

test("a download has the session, and a minute", async () => {
  const { options } = fakeWx();
  const downloadFile = vi.spyOn(options.wx, "downloadFile");
  expect(
    await createLogin(options).downloadFile({ path: "/bill", filePath: "wxfile://usr/bill" }),
  ).toMatchObject({
    statusCode: 200,
    tempFilePath: "wxfile://tmp/1",
  });
  expect(downloadFile.mock.calls).toMatchObject([
    [
      {
        url: "https://api.example.com/bill",
        filePath: "wxfile://usr/bill",
        header: { Authorization: "Bearer session-1" },
        timeout: 60_000,
      },
    ],
  ]);
});

test.each(both)(
  "%s logs in silently after a refusal, with everybody else, and goes out once more",
  async (_, route, send) => {
    const { options, revoke, phone, seen } = fakeWx();
    const login = createLogin(options);
    await login.login();
    revoke();
    const answers = await Promise.all([send(login), send(login), login.request({ path: "/orders" })]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect(phone.codes).toBe(2);
    expect(seen.filter((it) => it.route === route).map(({ session }) => session)).toEqual([
      "session-1",
      "session-1",
      "session-2",
      "session-2",
    ]);
  },
);

test("an upload goes out once more only if that is said to be safe", async () => {
  const { options, revoke, count } = fakeWx();
  const login = createLogin(options);
  await login.login();
  revoke();
  expect(await rejection(login.uploadFile(photo))).toMatchObject({
    code: "session_refused",
    detail: "POST /photos was not sent again: say replay: true if safe",
  });
  expect(count("POST /photos")).toBe(1);
});

test.each(both)("%s from before a logout is not sent after it", async (_, route, send) => {
  let refused = () => {};
  const { options, count } = fakeWx((it) =>
    it.route === route
      ? new Promise((resolve) => {
          refused = () => resolve(forbidden);
        })
      : undefined,
  );
  const login = createLogin(options);
  await login.login();
  const sent = rejection(send(login));
  await login.logout();
  await login.login();
  refused();
  expect(await sent).toMatchObject({ code: "logged_out" });
  expect(count(route)).toBe(1);
});

test("an upload's own 403 has a code, though nobody has parsed it; a download's cannot be told", async () => {
  const { options, phone } = fakeWx(({ route }) =>
    route.endsWith("/photos") || route.endsWith("/bill")
      ? problem(403, "album_is_full", "fix_request")
      : undefined,
  );
  const login = createLogin(options);
  expect(await login.uploadFile(photo)).toMatchObject({ statusCode: 403 });
  expect(await rejection(login.downloadFile({ path: "/bill" }))).toMatchObject({ code: "session_refused" });
  expect(phone.codes).toBe(1);
});

test("they go to the API only", async () => {
  const { options, seen } = fakeWx();
  const login = createLogin(options);
  for (const path of ["https://evil.example/", "@evil.example/", ""]) {
    const calls = [login.uploadFile({ ...photo, path }), login.downloadFile({ path })];
    for (const call of calls) expect(await rejection(call)).toMatchObject({ code: "invalid_request" });
  }
  expect(seen).toEqual([]);
});
