/** Entry of the consoles (handlers, publishers, operators). Citizens never load it. */
import 'element-plus/dist/index.css'

import { createApp } from 'vue'

import Console from './Console.vue'

createApp(Console).mount('#app')
