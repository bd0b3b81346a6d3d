import { restoreRemovedUtilities } from './node-compatibility';

// A separate module, so that importing it first is enough: imports run in order.
restoreRemovedUtilities();
