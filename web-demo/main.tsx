/** The entry of the page. */
import { render } from 'preact';

const root = document.getElementById('app');
if (root) render(<p>Carryon</p>, root);
