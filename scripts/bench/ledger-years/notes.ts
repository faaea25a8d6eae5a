import type { Dice } from './dice.js';

const DISTRICTS = [
  '和平区',
  '河东区',
  '河西区',
  '南开区',
  '河北区',
  '红桥区',
  '东丽区',
  '西青区',
  '津南区',
  '北辰区',
  '武清区',
  '宝坻区',
  '滨海新区',
  '静海区',
];
const ROADS = [
  '建设路',
  '解放路',
  '人民路',
  '新华路',
  '友谊路',
  '长江道',
  '黄河道',
  '卫国道',
  '成林道',
  '京津路',
  '咸阳路',
  '复康路',
  '大沽路',
  '津塘路',
];
const ESTATES = [
  '阳光花园',
  '幸福里',
  '和谐家园',
  '翠湖苑',
  '金桥公寓',
  '北苑小区',
  '东方新城',
  '春和里',
  '海河名邸',
  '绿洲家园',
];
const WHEN = [
  '今天上午',
  '今天凌晨',
  '昨天晚上',
  '昨天下午',
  '前天开始',
  '已持续三天',
  '近一周',
  '刚刚',
  '半小时前',
  '上个月起',
];
const STATE = [
  '情绪激动',
  '语速很快',
  '比较着急',
  '情绪平稳',
  '正在现场等待',
  '带着孩子',
  '行动不便',
  '只会方言',
  '已多次来电',
  '首次来电',
];
const DONE = [
  '已联系物业未解决',
  '此前已登记工单',
  '已告知等待',
  '已安抚',
  '已核对地址',
  '已发短信告知',
  '暂未处理',
  '曾到窗口办理被退回',
];
const WISH = [
  '请尽快派人处理',
  '请核实后回电',
  '希望当天答复',
  '要求书面答复',
  '请协助查询进度',
  '请告知办理材料',
  '请现场查看',
  '咨询办理时间',
  '请保密来电号码',
  '希望专人跟进',
];
const SHORT = [
  '请接听',
  '已说明情况',
  '请协助处理',
  '来电人坚持转接',
  '需专业解答',
  '按事项清单转接',
  '不属本单位职责',
  '请继续跟进',
];

/** What agents write down for whoever goes on with a call: 5 to 60 Chinese characters, about a place and a matter. */
export function noteAbout(matter: string, dice: Dice): string {
  const kind = dice.next();
  if (kind < 0.15) return `${matter}，${dice.one(SHORT)}`;
  if (kind < 0.35) return `市民反映${matter}，${dice.one(WISH)}。`;
  const place = `${dice.one(DISTRICTS)}${dice.one(ROADS)}`;
  if (kind < 0.6) return `${place}${matter}，${dice.one(WHEN)}，${dice.one(WISH)}。`;
  const building = `${dice.one(ESTATES)}${1 + dice.below(30)}号楼`;
  if (kind < 0.85) return `${place}${building}${matter}，${dice.one(STATE)}，${dice.one(WISH)}。`;
  return `${place}${building}，${dice.one(WHEN)}${matter}，${dice.one(DONE)}，来电人${dice.one(STATE)}，${dice.one(WISH)}。`;
}
