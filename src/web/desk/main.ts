/** The desk of an agent, in the browser. */
import { createApp } from 'vue';
import 'element-plus/theme-chalk/base.css';
import 'element-plus/theme-chalk/el-button.css';
import 'element-plus/theme-chalk/el-input.css';
import 'element-plus/theme-chalk/el-radio-group.css';
import 'element-plus/theme-chalk/el-radio-button.css';
import 'element-plus/theme-chalk/el-dropdown.css';
import 'element-plus/theme-chalk/el-alert.css';
import '../pages.css';
import { markLanguage } from '../language.js';
import App from './app.vue';
import { desk } from './desk.js';

markLanguage();
createApp(App).mount('#desk');
void desk.begin();
