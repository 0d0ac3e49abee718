/**
 * Runs `task` so that a fault of the widget is reported as such and never becomes one of the page. The task starts at
 * once; what it throws and what its promise rejects with end in the same place. It works whatever a page has made of
 * `Promise`.
 */
export const guard: (task: () => unknown) => void = async (task) => {
  try {
    await task();
  } catch (error) {
    console.warn('koektrommel:', error);
  }
};
