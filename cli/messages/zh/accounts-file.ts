import type { accountsFile as english } from "../en/accounts-file.ts";
import { toChinese } from "../sentences.ts";

const columns = "username,userId,password 或 username,userId,passwordHash，可以再加 phoneNumber";

export const accountsFile: typeof english = {
  columns,
  anotherHeader: (path) => `${path} 的首行不对，应当是 ${columns}。`,
  empty: (path) => `${path} 是空的，首行应当是 ${columns}。`,
  notOrdinary: (path) => `${path} 不是普通文件。文件要读两遍，不能用管道。`,
  broken: (path, line) =>
    `${path} 在第 ${line} 行之后无法读取：下一行的引号不成对，或者太长。内容里有引号时，整个字段要用引号括起来，` +
    '里面的引号写两遍："say ""hi"""。',
  notUtf8: (path) => `${path} 不是 UTF-8 编码。在 Excel 里另存为「CSV UTF-8」。`,
  missing: (path) => `${path} 不存在。`,
  unreadable: (path) => `没有读取 ${path} 的权限。`,
  directory: (path) => `${path} 是一个目录。`,

  fieldCount: (found, expected) => `有 ${found} 个字段，应当是 ${expected} 个：含有逗号的字段要用引号括起来`,
  isEmpty: (...columns) => `${columns.join(" 和 ")} 是空的`,
  bothPasswords: "password 和 passwordHash 只能写一个",
  outerBlank: (column) => `${column} 的开头或结尾有空格`,
  shortened: (column) => `${column} 被表格软件改成了科学计数法：请把这一列设为文本格式，重新保存`,
  notArgon2id: "passwordHash 不是 argon2id 字符串（$argon2id$v=19$…）",
  sameUsername: (line) => `用户名与第 ${line} 行重复`,
  otherUsername: (line) => `userId 与第 ${line} 行相同，用户名却不同`,
  samePhoneNumber: (line) => `手机号与第 ${line} 行重复`,
  phoneNumber: (flaw) =>
    flaw === "noCountryCode"
      ? "phoneNumber 缺少国家码：请写成 +8613800138000 这样"
      : "phoneNumber 应当是 E.164 格式的手机号，例如 +8613800138000",
  refused: toChinese,
  notAnswered: "没有得到结果",
};
