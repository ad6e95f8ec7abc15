// Says in Japanese why a passkey could not be used; the exchange itself is allauth's.
'use strict';

document.addEventListener('allauth.error', (event) => {
  event.preventDefault();
  const problem = document.getElementById('passkey-problem');
  const stopped = event.detail.exception?.name === 'NotAllowedError';
  problem.textContent = stopped
    ? 'パスキーの操作が取り消されたか、時間切れになりました。もう一度お試しください。'
    : 'この端末ではパスキーを使えませんでした。ほかの方法でログインしてください。';
});
