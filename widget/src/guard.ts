/** Runs `task` so that a fault of the widget is reported as such and never becomes one of the page. */
export function guard(task: () => unknown): void {
  // The task starts at once; what it throws and what its promise rejects with end in the same place.
  new Promise((done) => done(task())).catch((error) => console.warn('koektrommel:', error));
}
