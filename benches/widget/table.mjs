/** From what the visits told to the table: medians, what each costs above the page alone, and ratios to the script floor. */

const median = (all) => {
  const sorted = all.filter((one) => one !== undefined).sort((a, b) => a - b);
  if (!sorted.length) return undefined;
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (low + high) / 2;
};

/** Bytes of body that a visit cost above the page alone, and the requests besides the page. */
const asked = (all, alone) => ({
  bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) - alone.reduce((sum, { bytes }) => sum + bytes, 0),
  requests: all.length - alone.length,
});

/**
 * One row of medians. `rounds` are what `run.mjs` gathered of this page, `bare` the same of the page without a widget,
 * round by round: what a banner costs is taken from the page without one in the same round.
 */
export function row(name, rounds, bare) {
  const above = (of) => median(rounds.map((one, at) => of(one) - of(bare[at])));
  const { bytes, requests } = asked(rounds[0].desktop.asked, bare[0].desktop.asked);
  return {
    name,
    bytes,
    requests,
    shown: median(rounds.map((one) => one.timedDesktop.shown)),
    shownPhone: median(rounds.map((one) => one.timedPhone.shown)),
    work: above((one) => one.desktop.work),
    workPhone: above((one) => one.phone.work),
    long: median(rounds.map((one) => one.timedDesktop.long)),
    back: median(rounds.map((one, at) => one.timedDesktop.back.work - bare[at].desktop.work)),
    backRequests: Math.max(...rounds.map((one) => asked(one.timedDesktop.back.asked, bare[0].desktop.asked).requests)),
    gone: median(rounds.map((one) => one.timedDesktop.gone)),
    shift: Math.max(...rounds.map((one) => Math.max(one.timedDesktop.shift, one.timedPhone.shift))),
  };
}

const whole = (value) => (value === undefined ? '–' : value.toFixed(0));
const fine = (value) => (value === undefined ? '–' : value.toFixed(1));
const times = (value, of) => (value === undefined || !(of > 0) ? '–' : `${(value / of).toFixed(2)}×`);
const line = (cells) => `| ${cells.join(' | ')} |`;

/** Both tables as Markdown; ratios are to the row called `floor`. */
export function print(rows, floor) {
  const head = [
    '',
    'brotli B',
    'requests',
    'visible ms, desktop / phone',
    'work ms, desktop / phone',
    'long tasks',
    'return: requests, work ms',
    'press to gone ms',
    'shift',
  ];
  const ratios = ['ratio to the script', 'visible, desktop / phone', 'work, desktop / phone', 'return work', 'press to gone'];
  const base = rows.find(({ name }) => name === floor);
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map((one) =>
      line([
        one.name,
        one.bytes,
        one.requests,
        `${whole(one.shown)} / ${whole(one.shownPhone)}`,
        `${fine(one.work)} / ${whole(one.workPhone)}`,
        whole(one.long),
        `${one.backRequests}, ${fine(one.back)}`,
        whole(one.gone),
        one.shift.toFixed(3).replace(/\.?0+$/, ''),
      ]),
    ),
    '',
    line(ratios),
    line(ratios.map(() => '---')),
    ...rows.map((one) =>
      line([
        one.name,
        `${times(one.shown, base.shown)} / ${times(one.shownPhone, base.shownPhone)}`,
        `${times(one.work, base.work)} / ${times(one.workPhone, base.workPhone)}`,
        times(one.back, base.back),
        times(one.gone, base.gone),
      ]),
    ),
  ].join('\n');
}
