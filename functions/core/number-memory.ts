/** What accounts remember of whom their phone number has let in. */
export interface NumberMemory {
  /**
   * Lets the next bind by phone number be another identity's, once, until then (seconds since 1970). False: nothing is
   * known of this userId.
   */
  allowNext(userId: string, appId: string, until: number): Promise<boolean>;
}
