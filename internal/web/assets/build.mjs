// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Builds what the pages need into dist/: one script, one style sheet, one sprite of icons, one font, each
// with its content's hash in its name and a gzip copy beside it, and manifest.json, which says what is
// called what. Nothing is fetched: it reads node_modules and src only.

import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const out = path.join(here, 'dist')
const manifest = {}

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })

const result = await build({
  absWorkingDir: here,
  entryPoints: { app: 'src/app.js', theme: 'src/theme.js', style: 'src/style.css' },
  bundle: true,
  minify: true,
  target: ['chrome123', 'firefox121', 'safari17.5'],
  format: 'iife',
  legalComments: 'eof',
  loader: { '.woff2': 'file' },
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  outdir: 'dist',
  metafile: true,
})
for (const [file, meta] of Object.entries(result.metafile.outputs)) {
  if (!meta.entryPoint) continue
  const name = path.basename(meta.entryPoint)
  manifest[name] = path.basename(file)
}

await keep('icons.svg', await sprite())
await keep('icon.svg', await readFile(path.join(here, 'src/icon.svg')))
await writeFile(path.join(out, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n')
for (const file of await readdir(out)) {
  if (!/\.(js|css|svg)$/.test(file)) continue
  const packed = gzipSync(await readFile(path.join(out, file)), { level: 9 })
  await writeFile(path.join(out, file + '.gz'), packed)
}

async function keep(name, content) {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 10).toUpperCase()
  const { name: stem, ext } = path.parse(name)
  manifest[name] = `${stem}-${hash}${ext}`
  await writeFile(path.join(out, manifest[name]), content)
}

// sprite puts the icons that the templates and the script ask for into one file of symbols. An icon that
// does not exist ends the build: a page would show a hole.
async function sprite() {
  const wanted = new Set()
  const sources = [
    ...(await files(path.join(here, '..', 'templates'), /\.html$/)),
    ...(await files(path.join(here, 'src'), /\.js$/)),
    ...(await files(path.join(here, '..'), /\.go$/)),
  ]
  for (const file of sources) {
    const text = await readFile(file, 'utf8')
    for (const m of text.matchAll(/(?:icon "|icon\(['"]|Icon: +"|chip\("[^"]*", ")([a-z0-9-]+)['"]/g)) wanted.add(m[1])
  }
  let symbols = ''
  for (const name of [...wanted].sort()) {
    const svg = await readFile(path.join(here, 'node_modules/@tabler/icons/icons/outline', name + '.svg'), 'utf8')
    const body = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'))
    symbols += `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s+/g, ' ').trim()}</symbol>`
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols}</svg>\n`
}

async function files(dir, pattern) {
  const names = await readdir(dir).catch(() => [])
  return names.filter((n) => pattern.test(n)).map((n) => path.join(dir, n))
}
