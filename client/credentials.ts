export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** `e.detail.code` of a phone button, good for one exchange; `bindPhone` of `./phone` reads the whole detail. */
export interface PhoneCode {
  readonly phoneCode: string;
}
