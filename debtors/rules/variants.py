"""Written variants of one character, as they differ between registers and between code pages.

Each pair is *variant, common form*. The table serves keys only: a stored legal name keeps its own
characters. Forms that may be two different family names (斎 and 斉, 嶋 and 島) make candidates at
most and stand in :data:`CANDIDATE`.
"""

_PAIRS = """
髙高 﨑崎 嵜崎 邉辺 邊辺 濵浜 濱浜 𠮷吉 德徳 槗橋 𣘺橋 桒桑 栁柳 冨富 廣広 國国 澤沢 眞真 惠恵 榮栄
櫻桜 槇槙 瀨瀬 靑青 淸清 曾曽 黑黒 增増 寬寛 龍竜 瀧滝 萬万 壽寿 實実 應応 圓円 學学 嶽岳 峯峰 條条
將将 乘乗 巖巌 彌弥 禮礼 豐豊 關関 與与 藏蔵 鐵鉄 鷗鴎 檜桧 莊荘 會会 當当 緣縁 縣県 鹽塩 顯顕 淺浅
濟済 獨独 佛仏 傳伝 兒児 亞亜 來来 假仮 價価 劍剣 勳勲 單単 嚴厳 圍囲 堯尭 壯壮 奧奥 孃嬢 寳宝 寶宝
對対 專専 帶帯 彈弾 從従 惡悪 懷懐 戰戦 戶戸 拔抜 拜拝 搖揺 攝摂 敎教 數数 晉晋 曉暁 步歩 歲歳 歷歴
氣気 滿満 滯滞 潛潜 澁渋 澀渋 狹狭 瑤瑶 畫画 疊畳 盡尽 祿禄 稻稲 穰穣 竈竃 絲糸 經経 綠緑 緖緒 總総
繩縄 纖繊 聽聴 聲声 聰聡 膽胆 舊旧 薗園 薰薫 螢蛍 衞衛 裝装 襃褒 覺覚 觀観 謠謡 證証 讓譲 豫予 賴頼
辨弁 遙遥 遲遅 鄕郷 醉酔 釋釈 錄録 鎭鎮 鑛鉱 隨随 險険 靈霊 靜静 顏顔 餘余 驛駅 鷄鶏 黃黄 點点 齡齢
龜亀 燈灯 籠篭 藪薮 邨村 廰庁 穗穂 內内 吳呉 巢巣 戾戻 每毎 涉渉 渴渇 溫温 焰焔 硏研 稅税 緜綿 舍舎
虛虚 蟬蝉 賤賎 鄰隣 銳鋭 閒間 頰頬 飮飲 鬪闘 麵麺 凉涼 嶌嶋 兎兔 ヶケ ヵカ
"""
VARIANT = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})

# Alike, yet perhaps two families: enough to ask a person, never enough to link.
CANDIDATE = str.maketrans({"齋": "斎", "齊": "斎", "斉": "斎", "嶋": "島", "舘": "館", "淵": "渕"})
