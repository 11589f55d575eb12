/**
 * Answers of functions that hardly ever wait. In the host a promise and the coroutine that awaits it cost more than most of
 * these functions do, so they give the answer itself when they have it. `await` takes both.
 */
export type Soon<T> = T | Promise<T>;

/** Goes on with what a function has answered: at once, or when it is there. */
export function andThen<T, U>(answer: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return answer instanceof Promise ? answer.then(next) : next(answer);
}
