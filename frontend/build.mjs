// Compiles the one style sheet and copies the fonts. The output is checked in: building Luotsi needs no Node.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as sass from 'sass';

const to = path.resolve(import.meta.dirname, '../crates/web/assets');
fs.mkdirSync(to, { recursive: true });

const { css } = sass.compile(path.join(import.meta.dirname, 'src/luotsi.scss'), {
  loadPaths: [path.join(import.meta.dirname, 'node_modules')],
  style: 'compressed',
  quietDeps: true,
});
fs.writeFileSync(path.join(to, 'luotsi.css'), css + '\n');

const fonts = path.join(import.meta.dirname, 'node_modules/@fontsource/source-sans-3');
for (const weight of [400, 700]) {
  for (const part of ['latin', 'latin-ext']) {
    const name = `source-sans-3-${part}-${weight}-normal.woff2`;
    fs.copyFileSync(path.join(fonts, 'files', name), path.join(to, name));
  }
}
fs.copyFileSync(path.join(fonts, 'LICENSE'), path.join(to, 'SOURCE-SANS-3-LICENSE.txt'));
const govuk = path.join(import.meta.dirname, 'node_modules/govuk-frontend');
const licence = ['LICENSE.txt', 'LICENSE'].map((name) => path.join(govuk, name)).find((file) => fs.existsSync(file));
if (licence) fs.copyFileSync(licence, path.join(to, 'GOVUK-FRONTEND-LICENSE.txt'));

// The manifest lets a test tell that what is checked in is what was built.
const files = fs.readdirSync(to).filter((name) => name !== 'manifest.txt').sort();
const line = (name) => `${createHash('sha256').update(fs.readFileSync(path.join(to, name))).digest('hex')}  ${name}`;
fs.writeFileSync(path.join(to, 'manifest.txt'), files.map(line).join('\n') + '\n');
