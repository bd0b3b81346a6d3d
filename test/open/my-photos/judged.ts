/** The same on the same photos, with an evaluation that needs a class of each. */
import { Experiment, run } from '../../../src';
import { knnEval } from '../../../plugins/knn-eval';
import { MyPhotos } from './my-photos';

@Experiment({ name: 'judged', data: MyPhotos, plugins: [knnEval({ atStart: true })] })
class Judged extends MyPhotos {}

if (require.main === module) void run(Judged);
