/** The page that tests of the dashboard are sent: built anew when its sources have changed. */
import { buildDashboard } from '../../src/dashboard/client/build.ts';

export default buildDashboard;
