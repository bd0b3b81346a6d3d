/**
 * ts-node's compiler for this project: swc, which keeps a copy of its native part in the user's cache folder. Where there
 * is none that can be written to, it gets a folder among the temporary ones, or says what to do.
 *
 * Where FULGUR_COMPILED names a folder, compiled files are kept there, so that many short processes compile each once.
 */
const { createHash } = require('node:crypto');
const {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  writeFileSync,
} = require('node:fs');
const { homedir, tmpdir, userInfo } = require('node:os');
const { join } = require('node:path');
const { threadId } = require('node:worker_threads');

const variable = 'SWC_NATIVE_BINDING_CACHE';

function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function provideFolder() {
  const home = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  if (process.env[variable] || isWritable(home)) return;
  process.env[variable] = ownTemporaryFolder();
}

/** The same one each time, unless somebody else has made it: what lies there is run. */
function ownTemporaryFolder() {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `fulgur-compiler-${uid}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const found = lstatSync(folder);
  const isOwn = found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0;
  return isOwn ? folder : mkdtempSync(`${folder}-`);
}

function refuse(error) {
  process.stderr.write(
    `Error: Fulgur's compiler of TypeScript cannot start: ${error.message.split('\n')[0]}. ` +
      `It needs a folder that it may write to. Set ${variable} to one.\n`,
  );
  process.exit(1);
}

/** swc says of a decorator only that it expected an expression, and compiles fields so that no option can set them. */
function requireDecorators({ service }) {
  const { options = {}, fileNames = [] } = service.config ?? {};
  if (options.experimentalDecorators === true && options.useDefineForClassFields === false) return;
  const file =
    options.configFilePath ?? (fileNames.length > 0 ? 'tsconfig.json' : 'the tsconfig.json that is missing');
  process.stderr.write(
    `Error: Fulgur's decorators do not work with the settings of ${file}. ` +
      'Set "experimentalDecorators": true and "useDefineForClassFields": false in its compilerOptions.\n',
  );
  process.exit(2);
}

/** From where the user's project finds it, which need not be where Fulgur lies. */
function requireFromProject(name, { service }) {
  const { cwd = process.cwd(), configFilePath } = service;
  return require(require.resolve(name, { paths: [configFilePath ?? cwd, cwd, __dirname] }));
}

/** What decides what a file is compiled to, other than the file. */
function settingsOf(options) {
  const { service, nodeModuleEmitKind = null } = options;
  const { version } = requireFromProject('@swc/core/package.json', options);
  // Where tsconfig.json is decides nothing, so projects with equal settings share what is compiled.
  const settings = { ...service.config?.options, configFilePath: undefined };
  return JSON.stringify([version, settings, nodeModuleEmitKind]);
}

/** An output is identified by its path, its content and all settings, so that nothing that is kept can be out of date. */
function keeping(folder, settings, { transpile }) {
  mkdirSync(folder, { recursive: true });
  return {
    transpile(input, options) {
      const key = JSON.stringify([settings, options.fileName, input]);
      const path = join(folder, `${createHash('sha256').update(key).digest('hex')}.json`);
      try {
        return JSON.parse(readFileSync(path, 'utf8'));
      } catch {
        const compiled = transpile(input, options);
        const aside = `${path}.${process.pid}-${threadId}`;
        writeFileSync(aside, JSON.stringify(compiled));
        renameSync(aside, path);
        return compiled;
      }
    },
  };
}

exports.create = (options) => {
  requireDecorators(options);
  try {
    provideFolder();
    const compiler = requireFromProject('ts-node/transpilers/swc', options).create(options);
    const folder = process.env.FULGUR_COMPILED;
    return folder ? keeping(folder, settingsOf(options), compiler) : compiler;
  } catch (error) {
    return refuse(error);
  }
};
