/** Runs `task` so that a fault of the widget is reported as such and never becomes one of the page. */
export function guard(task: () => unknown): void {
  const report = (error: unknown): void => console.warn('koektrommel:', error);
  try {
    const result = task();
    if (result instanceof Promise) result.catch(report);
  } catch (error) {
    report(error);
  }
}
