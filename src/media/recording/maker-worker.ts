/** The thread in which recordings are made: takes jobs, answers results. */
import { parentPort } from 'node:worker_threads';
import type { RecordingJob } from './job.js';
import { makeRecording } from './make-recording.js';

parentPort?.on('message', (job: RecordingJob) => parentPort?.postMessage(makeRecording(job)));
