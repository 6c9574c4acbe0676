// Runs before the page is painted, so that it begins in the right colours. A classic script, as modules would run too late.
(() => {
  const KEY = 'deskbridge.theme';
  const root = document.documentElement;
  const read = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const set = theme => {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  set(read());
  addEventListener('deskbridge-theme', ({ detail }) => {
    set(detail);
    try {
      localStorage.setItem(KEY, detail);
    } catch {
      // Without storage the choice holds for this page.
    }
  });
})();
