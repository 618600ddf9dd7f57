// Counts what `meson test` ran, from its testlog.json: every TAP case is one, a program without cases
// is one, and a program that failed otherwise than by a case (a crash, a leak, a time-out) is one
// failure more. Prints "PASSED FAILED".
import { readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
for (const line of readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean)) {
  const { name, result, stdout = '' } = JSON.parse(line);
  const good = stdout.match(/^ok \d/gm)?.length ?? 0;
  const bad = stdout.match(/^not ok \d/gm)?.length ?? 0;
  passed += good;
  failed += bad;
  if (result === 'OK' && good === 0) passed += 1;
  if (result !== 'OK' && result !== 'SKIP' && bad === 0) failed += 1;
  if (result !== 'OK') console.error(`FAILED: ${name} (${result})`);
}
console.log(passed, failed);
