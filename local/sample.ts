/** The mini-program, the AppSecret and the account to try: on this machine only, worth nothing anywhere else. */
export const sample = {
  appId: "wx0123456789abcdef",
  appSecret: "0123456789abcdef0123456789abcdef",
  username: "zhangsan",
  password: "pwd123456",
  userId: "u_zhangsan",
  /** Alice's, at the simulator. */
  phoneNumber: "+8613848535449",
} as const;
