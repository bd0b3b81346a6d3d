import { doctorCommand } from '../../src/errors';

describe('the command that starts the doctor', () => {
  it('is an npm script in a checkout, and the command fulgur in an installed package', () => {
    expect(doctorCommand()).toBe('npm run doctor');
    expect(doctorCommand('/home/me/node_modules/fulgur/dist/src/errors/doctor-command.js')).toBe(
      'npx fulgur doctor',
    );
  });
});
