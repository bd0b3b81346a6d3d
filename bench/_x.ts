import { start } from '../src'; import { readReference } from './parity/reference'; import { trainFigures } from './parity/train';
async function main() { const r = readReference(process.argv[2]!); await start(); const r1={...r,spec:{...r.spec,steps:1}} ; const f = await trainFigures(r1 as never, process.argv[3]==='e');
 const rows = Object.entries(r.truth.grad0).flatMap(([k,[s,n]])=>{ const t=r.tolerance.grad0[k]!, g=f.grad0[k]!, q=(r as any).pytorchFloat32.grad0[k]; return [[Math.abs(g[0]-s)/t[0],k,'sum',g[0],s,t[0],q[0]],[Math.abs(g[1]-n)/t[1],k,'norm',g[1],n,t[1],q[1]]]; });
 for(const x of rows.slice(-46)) console.log(...x);
} void main();
