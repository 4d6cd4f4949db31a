import { pauseSchedule, removeSchedule, resumeSchedule, runScheduleNow, setSchedule } from './steer.js';
import { tickSchedules } from './tick.js';

/** What is written of schedules, by name. */
export const scheduleWrites = {
  'schedules.set': setSchedule,
  'schedules.pause': pauseSchedule,
  'schedules.resume': resumeSchedule,
  'schedules.remove': removeSchedule,
  'schedules.runNow': runScheduleNow,
  'schedules.tick': tickSchedules,
};
