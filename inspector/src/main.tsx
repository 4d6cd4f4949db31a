import { effect } from '@preact/signals';
import { render } from 'preact';
// biome-ignore lint/correctness/useImportExtensions: a style sheet is no script
import './styles/index.css';
import { Page } from './frame/page.js';
import { listenToKeys } from './state/keys.js';
import { hello } from './state/live.js';
import { route } from './state/place.js';
import { followScheme } from './state/scheme.js';

followScheme();
listenToKeys();
effect(() => {
  const { view, at } = route.value;
  document.title = [at, view, hello.value?.name ?? 'Espalier'].filter(Boolean).join(' · ');
});

const place = document.getElementById('page');
if (place) render(<Page />, place);
