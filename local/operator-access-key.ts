/** The access key with which the laptop's AWS endpoints know the person who sits at it. Worth nothing anywhere else. */
export const operatorAccessKey = { accessKeyId: "LAPTOPOPERATOR", secretAccessKey: "laptop" } as const;
