// The display settings of this device, on the server's own pages, before they are painted. The script runs in the
// head and waits for nothing; without it the settings page has the same attributes from the server.
// What counts for how long is the server's to say: here an expiry is only believed when it has passed.
(() => {
  const cookie = (name) =>
    new RegExp(`(?:^|; )__(?:Host|Secure)-koek${name}=[^;]{44}([^;]*)`).exec(document.cookie)?.[1] ?? '';
  const fields = new URLSearchParams(cookie('_display'));
  if (fields.get('v') !== '1' || !(Date.parse(fields.get('e')) > Date.now())) return;
  // What was kept for a next visit counts only while there is a yes.
  if (fields.get('k') === 'choice' && !/[=~]display\.1/.test(cookie(''))) return;
  for (const [name, value] of fields) {
    // The names of settings have two letters or more.
    if (/^[a-z][a-z0-9-]+$/.test(name)) document.documentElement.setAttribute(`data-koek-${name}`, value);
  }
})();
