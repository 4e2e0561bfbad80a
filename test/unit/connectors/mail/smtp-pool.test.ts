import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

it('without nodemailer, a check and a message say what to install', () => {
  const program = `import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name === 'nodemailer') throw Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    } });
    const { mailConnection } = await import(${JSON.stringify(join(resolve('src'), 'mail.ts'))});
    const mail = mailConnection({ host: 'smtp.example.org', from: 'people@example.org' });
    const { signal } = new AbortController();
    const [{ failure }] = await mail.check(signal);
    await mail.send({ key: 'a', to: [], cc: [] }, signal).catch(({ code, kind, message }) =>
      console.log(code, kind, failure.startsWith(message), message));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toBe(
    'PackageMissing refused true Expected the package nodemailer to be installed beside tenure, got none; install it: npm install nodemailer\n',
  );
});
