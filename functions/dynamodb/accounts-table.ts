/** Keys of the Accounts table: where the account of a normalised username stands. */
export function rowKey(username: string) {
  return { key: `username#${username}` };
}

/** Where it is found by its userId. */
export function nameKey(userId: string) {
  return { key: `userId#${userId}` };
}

/** Where it is found by its phone number, in E.164. */
export function numberKey(phoneNumber: string) {
  return { key: `phone#${phoneNumber}` };
}
