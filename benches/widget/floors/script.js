// The least that a script can do: look for an answer, and if there is none show a fixed box with fixed words.
(() => {
  if (/(^|; )answer=/.test(document.cookie)) return;
  const style = document.createElement('style');
  style.textContent =
    '#box{position:fixed;inset:auto 0 0;padding:1rem;background:#fff;color:#222;border-top:2px solid #06c;font:1rem/1.5 sans-serif;box-shadow:0 0 1rem #0003}' +
    '#box button{font:inherit;margin:0 .5rem .5rem 0;padding:.5rem 1rem;border:0;border-radius:4px;background:#06c;color:#fff}';
  document.head.append(style);
  const box = document.createElement('section');
  box.id = 'box';
  box.innerHTML =
    '<h2>Mogen wij cookies bewaren?</h2><p>Alleen als u dat goed vindt. U kunt uw keuze altijd veranderen.</p>' +
    '<button id="no">Weigeren</button><button id="yes">Toestaan</button><a href="/cookies">Meer over onze cookies</a>';
  document.body.prepend(box);
  for (const button of box.querySelectorAll('button')) {
    button.onclick = () => {
      document.cookie = `answer=${button.id};path=/;max-age=15552000`;
      box.remove();
    };
  }
})();
