/** The page of operations, in the browser. */
import { createApp } from 'vue';
import 'element-plus/theme-chalk/base.css';
import 'element-plus/theme-chalk/el-button.css';
import 'element-plus/theme-chalk/el-input.css';
import '../pages.css';
import './ops.css';
import { markLanguage } from '../language.js';
import App from './app.vue';
import { ops } from './ops.js';

markLanguage();
createApp(App).mount('#ops');
void ops.begin();
