/**
 * The words that the script as served has, by their places in its list: `WORDS` of `src/script.rs` has the same, and
 * a test compares them. What is not in the catalogue is empty there.
 */
export const enum Word {
  Title,
  Text,
  Link,
  New,
  Changed,
  Refuse,
  Accept,
  Choose,
  Close,
  Yes,
  Some,
  No,
  Change,
  Receipt,
  Shown,
  Waiting,
  NotKept,
  Refused,
  /** To the settings, or to the notice where nothing is asked. */
  Way,
}

/** Their keys in the catalogue and in an answer of the API, in the same order. */
export const keys = [
  'banner.title',
  'banner.text',
  'banner.link',
  'banner.new',
  'banner.changed',
  'button.refuse',
  'button.accept',
  'button.choose',
  'button.close',
  'confirm.yes',
  'confirm.some',
  'confirm.no',
  'confirm.change',
  'confirm.receipt',
  'status.shown',
  'status.waiting',
  'status.not_kept',
  'status.refused',
];
