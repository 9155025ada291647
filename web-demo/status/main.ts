/** The entry of the page. */
document.getElementById('app')?.append('Status');

export {};
