/** An error that the user made or can mend: one line on standard error, exit status 2, never a JavaScript stack. */
export class UserError extends Error {}
